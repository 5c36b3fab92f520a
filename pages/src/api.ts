/** The REST client for the service. */
import { createApi } from '../../client/index.ts';
import { origin } from './service-urls.ts';

export const api = createApi({ origin });
