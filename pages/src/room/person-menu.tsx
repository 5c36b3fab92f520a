/** What can be done about a person: by anyone for oneself, and by those who keep order. */
import type { ModerationAct, Participant } from '../../../client/index.ts';
import { Menu, MenuItem, Steps } from '../menu.tsx';
import { momentOf } from '../times.ts';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import { PersonName } from './person-name.tsx';
import { isInCharge } from './session.ts';
import { Tile } from './tile.tsx';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

interface PersonMenuProps {
  view: RoomView;
  person: Participant;
  at: Element;
}

export function PersonMenu({ view, person: opened, at }: PersonMenuProps) {
  const { session } = view;
  // As they are by now, if they are here.
  const person = useRoom(session, ({ participants }) => participants.find(({ id }) => id === opened.id)) ?? opened;
  const attempt = useAttempt();
  const text = words.value;
  const isSelf = person.id === session.selfId.value;
  const isSeen = !view.hidden.value.has(person.id);
  const standsLower = session.isAdmin.value
    ? person.role !== 'admin' && person.role !== 'operator'
    : session.isModerator.value && !isInCharge(person);
  const isMuted = (person.mutedUntil ?? 0) > Date.now();
  const moderate = (act: ModerationAct, then?: () => void) => attempt.run(() => session.room.moderate(act), then);
  const close = () => view.close();

  return (
    <Menu label={text.actsFor(person.name)} at={at} onClose={close}>
      <div class="menu-who">
        <Tile id={person.id} name={person.name} />
        <p>
          <PersonName person={person} />
        </p>
      </div>
      {standsLower && !isSelf && (
        <Steps
          label={isMuted ? text.mutedTill(untilText(person.mutedUntil)) : text.mute}
          steps={[
            { value: 0, label: text.off },
            { value: 10 * minute, label: text.minutes(10) },
            { value: hour, label: text.hours(1) },
            { value: day, label: text.days(1) },
          ]}
          chosen={isMuted ? undefined : 0}
          onChoose={(seconds) =>
            void moderate(
              seconds === 0 ? { action: 'unmute', target: person.id } : { action: 'mute', target: person.id, seconds },
            )
          }
        />
      )}
      {session.isAdmin.value && standsLower && !isSelf && (
        <MenuItem
          icon="star"
          label={person.role === 'moderator' ? text.demote : text.promote}
          onPress={() =>
            void moderate({ action: person.role === 'moderator' ? 'demote' : 'promote', target: person.id }, close)
          }
        />
      )}
      {isSelf ? (
        <MenuItem
          icon="edit"
          label={text.changeName}
          onPress={() => {
            close();
            view.writing.startNaming();
          }}
        />
      ) : (
        <MenuItem
          icon="hide"
          label={isSeen ? text.hidePerson(person.name) : text.showPerson(person.name)}
          onPress={() => {
            view.hide(person.id, isSeen);
            close();
          }}
        />
      )}
      {standsLower && !isSelf && (
        <>
          <MenuItem
            icon="out"
            label={text.kick}
            isDanger
            onPress={() => void moderate({ action: 'kick', target: person.id }, close)}
          />
          <MenuItem icon="ban" label={text.ban} side="…" isDanger onPress={() => view.open({ name: 'ban', person })} />
        </>
      )}
      <Problem attempt={attempt} />
    </Menu>
  );
}

function untilText(until = 0): string | undefined {
  return until >= Number.MAX_SAFE_INTEGER ? undefined : momentOf(until);
}
