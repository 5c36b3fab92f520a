/** Paths and headers that clients and the service share, besides the routes of the endpoint table. */

export const socketPath = '/chat/:link/ws';
export const exportPath = '/chat/:link/export';
export const importPath = '/chat/:link/import';
export const metricsPath = '/metrics';

/** Request header with the join key or an invitation, on calls about a room; percent-encoded beyond ASCII. */
export const joinKeyHeader = 'X-Join-Key';

/** Header with which the Worker sends the client's address to a room. It overwrites a header of the client. */
export const addressHeader = 'X-Client-Address';
