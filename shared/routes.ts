/** Method and path of each call. Clients import these only, so that their bundles contain no schemas (endpoints.ts). */

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** In the syntax of itty-router: `/chat/:link`. */
  readonly path: string;
}

export const routes = {
  createRoom: { method: 'POST', path: '/chat/new' },
  listRooms: { method: 'GET', path: '/chat/list' },
  rebuildDirectory: { method: 'POST', path: '/directory/rebuild' },
  updateRoom: { method: 'PUT', path: '/chat/update' },
  deleteRoom: { method: 'DELETE', path: '/chat/delete' },
  getRoom: { method: 'GET', path: '/chat/:link' },
  listParticipants: { method: 'GET', path: '/chat/:link/participants' },
  updateParticipants: { method: 'POST', path: '/chat/:link/participants' },
  createInvitation: { method: 'POST', path: '/chat/:link/invitations' },
  listMessages: { method: 'GET', path: '/chat/:link/messages' },
  postMessage: { method: 'POST', path: '/chat/:link/messages' },
  getMessage: { method: 'GET', path: '/chat/:link/messages/:id' },
  searchMessages: { method: 'GET', path: '/chat/:link/search' },
  editMessage: { method: 'PUT', path: '/chat/:link/messages/:id' },
  deleteMessage: { method: 'DELETE', path: '/chat/:link/messages/:id' },
  addReaction: { method: 'PUT', path: '/chat/:link/messages/:id/reactions/:emoji' },
  removeReaction: { method: 'DELETE', path: '/chat/:link/messages/:id/reactions/:emoji' },
  getReading: { method: 'GET', path: '/chat/:link/reading' },
  setReading: { method: 'PUT', path: '/chat/:link/reading' },
  reportMessage: { method: 'POST', path: '/chat/:link/messages/:id/report' },
  moderate: { method: 'POST', path: '/chat/:link/moderation' },
  getModeration: { method: 'GET', path: '/chat/:link/moderation' },
  eraseOneself: { method: 'POST', path: '/chat/:link/erasure' },
  storeChatMessage: { method: 'POST', path: '/storeChatMessage' },
  getChatHistory: { method: 'GET', path: '/getChatHistory' },
  getAllSessions: { method: 'GET', path: '/getAllSessions' },
  deleteChatHistory: { method: 'DELETE', path: '/deleteChatHistory' },
  issueToken: { method: 'POST', path: '/tokens' },
  health: { method: 'GET', path: '/health' },
} as const satisfies Record<string, Route>;
