/** The menu of a participant: hiding, and moderation for moderators. */
import type { ModerationAct, Participant } from '../../../client/index.ts';
import { shortDateTime } from '../date-format.ts';
import { Menu, MenuItem, SegmentedControl } from '../menu.tsx';
import { Avatar } from './avatar.tsx';
import { words } from './dialog-words.ts';
import { PersonName } from './person-name.tsx';
import { isModeratorOrHigher } from './roles.ts';
import type { RoomViewState } from './room-view-state.ts';
import { RequestError, useRequest } from './use-request.tsx';
import { useRoomState } from './use-room.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

interface PersonMenuProps {
  view: RoomViewState;
  person: Participant;
  anchor: Element;
}

export function PersonMenu({ view, person: initialPerson, anchor }: PersonMenuProps) {
  const { controller } = view;
  // The current state, if the participant is present.
  const person =
    useRoomState(controller, ({ participants }) => participants.find(({ id }) => id === initialPerson.id)) ??
    initialPerson;
  const request = useRequest();
  const text = words.value;
  const isSelf = person.id === controller.selfId.value;
  const isVisible = !view.hiddenIds.value.has(person.id);
  const canModerate = controller.isAdmin.value
    ? person.role !== 'admin' && person.role !== 'operator'
    : controller.isModerator.value && !isModeratorOrHigher(person);
  const isMuted = (person.mutedUntil ?? 0) > Date.now();
  const moderate = (act: ModerationAct, then?: () => void) =>
    request.run(() => controller.connection.moderate(act), then);
  const close = () => view.closeOverlay();

  return (
    <Menu label={text.actionsFor(person.name)} anchor={anchor} onClose={close}>
      <div class="menu-person">
        <Avatar id={person.id} name={person.name} />
        <p>
          <PersonName person={person} />
        </p>
      </div>
      {canModerate && !isSelf && (
        <SegmentedControl
          label={isMuted ? text.mutedStatus(untilText(person.mutedUntil)) : text.mute}
          options={[
            { value: 0, label: text.off },
            { value: 10 * minute, label: text.minutes(10) },
            { value: hour, label: text.hours(1) },
            { value: day, label: text.days(1) },
          ]}
          selected={isMuted ? undefined : 0}
          onSelect={(seconds) =>
            void moderate(
              seconds === 0 ? { action: 'unmute', target: person.id } : { action: 'mute', target: person.id, seconds },
            )
          }
        />
      )}
      {controller.isAdmin.value && canModerate && !isSelf && (
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
            view.composeState.startNameEdit();
          }}
        />
      ) : (
        <MenuItem
          icon="hide"
          label={isVisible ? text.hidePerson(person.name) : text.showPerson(person.name)}
          onPress={() => {
            view.setHidden(person.id, isVisible);
            close();
          }}
        />
      )}
      {canModerate && !isSelf && (
        <>
          <MenuItem
            icon="kick"
            label={text.kick}
            isDanger
            onPress={() => void moderate({ action: 'kick', target: person.id }, close)}
          />
          <MenuItem
            icon="ban"
            label={text.ban}
            detail="…"
            isDanger
            onPress={() => view.openOverlay({ name: 'ban', person })}
          />
        </>
      )}
      <RequestError request={request} />
    </Menu>
  );
}

function untilText(until = 0): string | undefined {
  return until >= Number.MAX_SAFE_INTEGER ? undefined : shortDateTime(until);
}
