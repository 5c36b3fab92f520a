/** Adds to each answer what browsers are told to guard against; shared/site.ts says what that is. */
import { answerHeaders, httpsHeaders, pageHeaders } from '../shared/site.ts';

/** What of the configuration says under which origin browsers know the service. */
export type PublicAddress = Pick<Env, 'PUBLIC_ORIGIN'>;

/** The origin under which browsers know the service. */
export function publicOrigin(request: Request, { PUBLIC_ORIGIN }: PublicAddress): string {
  return PUBLIC_ORIGIN || new URL(request.url).origin;
}

/** Adds the headers that an answer is due. */
export function withSafeguards(request: Request, settings: PublicAddress, response: Response): Response {
  if (response.webSocket) return response;
  const answer = new Response(response.body, response);
  const service = publicOrigin(request, settings);
  const isPage = answer.headers.get('Content-Type')?.startsWith('text/html');
  const due = {
    ...answerHeaders,
    ...(service.startsWith('https:') && httpsHeaders),
    ...(isPage && pageHeaders({ service, isOwn: true })),
  };
  for (const [name, value] of Object.entries(due)) answer.headers.set(name, value);
  return answer;
}
