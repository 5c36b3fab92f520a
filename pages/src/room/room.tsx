/** A room: head, banner, log and composer, who is here; or the dead end where it stops. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { Log } from './log.tsx';
import { Overlays } from './overlays.tsx';
import { PeoplePanel } from './people.tsx';
import { RoomHeader } from './room-header.tsx';
import type { RoomViewState } from './room-view-state.ts';

const RoomUnavailable = lazy(async () => (await import('./room-unavailable.tsx')).RoomUnavailable);

/** Pixels from which on there is room for people beside the log. */
const panelMinWidth = 960;

interface RoomProps {
  view: RoomViewState;
  /** Where the way back leads, if it does. */
  backHref: string | undefined;
}

export function Room({ view, backHref }: RoomProps) {
  const { controller } = view;
  const hasEnded = useComputed(() => controller.phase.value.name === 'ended').value;
  return hasEnded ? (
    <RoomUnavailable controller={controller} backHref={backHref} />
  ) : (
    <OpenRoom view={view} backHref={backHref} />
  );
}

function OpenRoom({ view, backHref }: RoomProps) {
  const { controller, overlay } = view;
  const frame = useRef<HTMLDivElement>(null);
  const isWide = useSignal(true);
  const panelIsOpen = useSignal(true);
  const phase = useComputed(() => controller.phase.value.name).value;

  // Before anything is painted, since people beside the log would not fit everywhere.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) isWide.value = entry.contentRect.width >= panelMinWidth;
    });
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [isWide]);

  // What is open goes with the room.
  useEffect(() => () => view.closeOverlay(), [view]);

  const hasPanel = isWide.value && panelIsOpen.value;
  const toggle = () => {
    if (isWide.value) panelIsOpen.value = !panelIsOpen.value;
    else view.openOverlay({ name: 'people' });
  };
  const closePanel = () => {
    toggle();
    frame.current?.querySelector<HTMLElement>('.room-count')?.focus();
  };
  return (
    <div class="room-frame" ref={frame} data-phase={phase}>
      <div class={hasPanel ? 'room has-people' : 'room'}>
        <RoomHeader
          view={view}
          peopleDisplay={isWide.value ? 'panel' : 'sheet'}
          peopleAreOpen={hasPanel || overlay.value?.name === 'people'}
          onTogglePeople={toggle}
          backHref={backHref}
        />
        <Banner controller={controller} />
        <Log view={view} />
        <Composer view={view} />
        {hasPanel && <PeoplePanel view={view} onClose={closePanel} />}
      </div>
      <Overlays view={view} />
    </div>
  );
}
