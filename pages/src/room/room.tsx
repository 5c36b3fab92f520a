/** A room: header, banner, log, composer and participants; once its connection has ended, the view that replaces it. */
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

/** Minimum width of the room in pixels for the panel of participants beside the log. */
const panelMinWidth = 960;

interface RoomProps {
  view: RoomViewState;
  /** URL of the lobby; undefined in the widget, which has no link to it. */
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

  // A layout effect: the width has to be known before the first paint.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) isWide.value = entry.contentRect.width >= panelMinWidth;
    });
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [isWide]);

  // Close the open overlay when the room is unmounted.
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
