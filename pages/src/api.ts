/** The service's REST calls. */
import { createApi } from '../../client/index.ts';
import { origin } from './service.ts';

export const api = createApi({ origin });
