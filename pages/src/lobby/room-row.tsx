/** A row of the room list: participant count, title, description and tags. The whole row is a link. */
import { cleanName, type RoomView } from '../../../client/index.ts';
import { shortDate } from '../date-format.ts';
import { language } from '../language.ts';
import { roomPath } from '../service-urls.ts';
import { words } from './words.ts';

interface RoomRowProps {
  room: RoomView;
  onTag: (tag: string) => void;
}

export function RoomRow({ room, onTag }: RoomRowProps) {
  const { peopleUnit, filterByTagLabel, createdOn } = words.value;
  const { link, title, about, tags, participantCount, createdAt } = room;
  return (
    <li class={participantCount === 0 ? 'room-row is-empty' : 'room-row'} data-link={link}>
      <p class="room-people" data-count={participantCount}>
        <b>{participantCount.toLocaleString(language.value)}</b> <span>{peopleUnit}</span>
      </p>
      <div class="room-body">
        <h3>
          <a href={roomPath(link)}>
            {/* A title of invisible characters only would make an invisible link. */}
            <bdi>{cleanName(title) || link}</bdi>
          </a>
        </h3>
        {about && (
          <p class="room-about" dir="auto">
            {about}
          </p>
        )}
        {tags.length > 0 && (
          <ul class="room-tags">
            {tags.map((tag) => (
              <li key={tag}>
                <button type="button" aria-label={filterByTagLabel(tag)} onClick={() => onTag(tag)}>
                  <bdi>#{tag}</bdi>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <p class="room-meta">
        <code>{link}</code>
        <time dateTime={new Date(createdAt).toISOString()}>{createdOn(shortDate(createdAt))}</time>
      </p>
    </li>
  );
}
