/** A room: head, banner, log and composer, who is here; or the dead end where it stops. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { lazily } from '../lazily.tsx';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { Log } from './log.tsx';
import { Overlays } from './overlays.tsx';
import { PeoplePanel } from './people.tsx';
import { RoomHeader } from './room-header.tsx';
import type { RoomView } from './view.ts';

const DeadEnd = lazily(async () => (await import('./dead-end.tsx')).DeadEnd);

/** Pixels from which on there is room for people beside the log. */
const wide = 960;

interface RoomProps {
  view: RoomView;
  /** Where the way back leads, if it does. */
  back: string | undefined;
}

export function Room({ view, back }: RoomProps) {
  const { session } = view;
  const hasEnded = useComputed(() => session.phase.value.name === 'ended').value;
  return hasEnded ? <DeadEnd session={session} back={back} /> : <OpenRoom view={view} back={back} />;
}

function OpenRoom({ view, back }: RoomProps) {
  const { session, overlay } = view;
  const frame = useRef<HTMLDivElement>(null);
  const isWide = useSignal(true);
  const panelIsOpen = useSignal(true);
  const phase = useComputed(() => session.phase.value.name).value;

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) isWide.value = entry.contentRect.width >= wide;
    });
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [isWide]);

  const hasPanel = isWide.value && panelIsOpen.value;
  const toggle = () => {
    if (isWide.value) panelIsOpen.value = !panelIsOpen.value;
    else view.open({ name: 'people' });
  };
  return (
    <div class="room-frame" ref={frame} data-phase={phase}>
      <div class={hasPanel ? 'room has-people' : 'room'}>
        <RoomHeader
          view={view}
          people={isWide.value ? 'panel' : 'sheet'}
          peopleAreOpen={hasPanel || overlay.value?.name === 'people'}
          onPeople={toggle}
          back={back}
        />
        <Banner session={session} />
        <Log view={view} />
        <Composer view={view} />
        {hasPanel && <PeoplePanel view={view} onClose={toggle} />}
      </div>
      <Overlays view={view} />
    </div>
  );
}
