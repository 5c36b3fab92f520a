/** What clients and service must name alike, beside the rows of the table. */

/** Not JSON calls, so not rows of the table: a room's socket, what a room is moved by, and the operator's metrics. */
export const socketPath = '/chat/:link/ws';
export const exportPath = '/chat/:link/export';
export const importPath = '/chat/:link/import';
export const metricsPath = '/metrics';

/** In which every call about a room may show its join key or an invitation, percent-encoded beyond ASCII. */
export const joinKeyHeader = 'X-Join-Key';

/** In which the Worker tells a room where a socket comes from; whatever the client wrote there is overwritten. */
export const addressHeader = 'X-Client-Address';
