/**
 * All endpoints of the Worker: the JSON calls of the endpoint table, and those below, which docs/openapi.json does not
 * contain because their request or response is not JSON.
 */
import * as v from 'valibot';
import { type Endpoint, endpoints, LinkParams, NoFields } from './endpoints.ts';
import { exportPath, importPath, metricsPath, socketPath } from './paths.ts';
import { RoomView } from './room.ts';

/** The file of a room: exported by its admin, imported by the operator. */
const roomFile = { params: LinkParams, query: NoFields, link: 'path', bearer: 'only', guesses: 'all' } as const;

const nonJsonEndpoints = {
  /** An invalid link closes the socket instead of a 400, so the handler checks it. */
  connect: {
    method: 'GET',
    path: socketPath,
    params: v.object({ link: v.string() }),
    query: NoFields,
    link: 'path',
    isRaw: true,
  },
  getMetrics: {
    method: 'GET',
    path: metricsPath,
    params: NoFields,
    query: NoFields,
    bearer: 'only',
    guesses: 'all',
    isRaw: true,
  },
  exportRoom: {
    ...roomFile,
    method: 'GET',
    path: exportPath,
    isRaw: true,
  },
  importRoom: {
    ...roomFile,
    method: 'POST',
    path: importPath,
    streamsBody: true,
    responses: { 201: RoomView },
  },
  cancelImport: {
    ...roomFile,
    method: 'DELETE',
    path: importPath,
    responses: { 200: v.literal('Import given up') },
  },
} as const satisfies Record<string, Endpoint>;

/** In the order in which the router tries them. */
export const allEndpoints = { ...nonJsonEndpoints, ...endpoints };

export type AllEndpoints = typeof allEndpoints;
export type CallName = keyof AllEndpoints;
