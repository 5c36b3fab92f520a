/** Leases: a participant or anonymous visitor who joined by REST counts as present until the lease expires. */
import { limits } from '../../../shared/limits.ts';
import type { Participant } from '../../../shared/participant.ts';
import { digest } from '../../credentials/digests.ts';
import type { Details } from '../state/details.ts';

export interface Lease {
  /** The presence key: the participant's id, or that of an anonymous lease. */
  key: string;
  /** Null for a visitor without a token. */
  participant: Participant | null;
  /** When the participant chose this name, in milliseconds; 0 for a default name. */
  namedAt: number;
  /** Digest of the address that first requested the lease. */
  address: string;
  /** Milliseconds. */
  until: number;
}

/** The presence key of an anonymous lease. */
export function leaseKey(details: Details, secret: string): string {
  return `l:${digest(details.salt, 'lease', secret)}`;
}

/** When a lease that is granted or renewed at `now` expires, in milliseconds. */
export function leaseExpiry(participant: Participant | null, now: number): number {
  return now + (participant ? limits.lease.personalMs : limits.lease.anonymousMs);
}

export function isLeaseExpired({ until }: Pick<Lease, 'until'>, now: number): boolean {
  return until <= now;
}
