/** The page of a room: head, banner, log and composer, who is here; or the dead end where it stops. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { DeadEnd } from './dead-end.tsx';
import { Log } from './log.tsx';
import { PeoplePanel, PeopleSheet } from './people.tsx';
import { RoomHeader } from './room-header.tsx';
import type { RoomSession } from './session.ts';
import { useIsWide } from './wide.ts';

export function RoomPage({ session }: { session: RoomSession }) {
  const title = useComputed(() => session.state.value.room?.title);
  const phase = session.phase.value;
  useSignalEffect(() => {
    document.title = title.value === undefined ? 'Flexio Chat' : `${title.value} | Flexio Chat`;
  });
  return phase.name === 'ended' ? <DeadEnd session={session} code={phase.code} /> : <Room session={session} />;
}

function Room({ session }: { session: RoomSession }) {
  const isWide = useIsWide();
  const panelIsOpen = useSignal(true);
  const sheetIsOpen = useSignal(false);
  const isOpen = isWide ? panelIsOpen : sheetIsOpen;
  const close = () => {
    isOpen.value = false;
  };
  return (
    <div class={isWide && isOpen.value ? 'room has-people' : 'room'} data-phase={session.phase.value.name}>
      <RoomHeader
        session={session}
        people={isWide ? 'panel' : 'sheet'}
        peopleAreOpen={isOpen.value}
        onPeople={() => {
          isOpen.value = !isOpen.value;
        }}
      />
      <Banner session={session} />
      <Log session={session} />
      <Composer session={session} />
      {isOpen.value &&
        (isWide ? (
          <PeoplePanel session={session} onClose={close} />
        ) : (
          <PeopleSheet session={session} onClose={close} />
        ))}
    </div>
  );
}
