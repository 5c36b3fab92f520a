/** Renders the open menu or dialog. At most one is open at a time. */
import { lazy } from '../lazy.tsx';
import type { Overlay, RoomViewState } from './room-view-state.ts';

const lazyDialogs = () => import('./lazy-dialogs.ts');

const Share = lazy(async () => (await import('./share.tsx')).Share);
const Search = lazy(async () => (await import('./search.tsx')).Search);
const EditRoom = lazy(async () => (await lazyDialogs()).EditRoom);
const ModerationLog = lazy(async () => (await lazyDialogs()).ModerationLog);
const EnterAsAdmin = lazy(async () => (await lazyDialogs()).EnterAsAdmin);
const DeleteRoom = lazy(async () => (await lazyDialogs()).DeleteRoom);
const DeleteMessage = lazy(async () => (await lazyDialogs()).DeleteMessage);
const Report = lazy(async () => (await lazyDialogs()).Report);
const Ban = lazy(async () => (await lazyDialogs()).Ban);
const RoomMenu = lazy(async () => (await lazyDialogs()).RoomMenu);
const MessageMenu = lazy(async () => (await lazyDialogs()).MessageMenu);
const ReactionMenu = lazy(async () => (await lazyDialogs()).ReactionMenu);
const PeopleSheet = lazy(async () => (await lazyDialogs()).PeopleSheet);
const PersonMenu = lazy(async () => (await lazyDialogs()).PersonMenu);

export function Overlays({ view }: { view: RoomViewState }) {
  const overlay = view.overlay.value;
  // The key resets the state when one overlay replaces another.
  return overlay ? <OpenOverlay key={overlay.name} view={view} overlay={overlay} /> : null;
}

function OpenOverlay({ view, overlay }: { view: RoomViewState; overlay: Overlay }) {
  switch (overlay.name) {
    case 'people':
      return <PeopleSheet view={view} />;
    case 'share':
      return <Share view={view} />;
    case 'search':
      return <Search view={view} />;
    case 'edit-room':
      return <EditRoom view={view} />;
    case 'moderation-log':
      return <ModerationLog view={view} />;
    case 'admin':
      return <EnterAsAdmin view={view} />;
    case 'delete-room':
      return <DeleteRoom view={view} />;
    case 'menu':
      return <RoomMenu view={view} anchor={overlay.anchor} />;
    case 'message':
      return <MessageMenu view={view} message={overlay.message} anchor={overlay.anchor} />;
    case 'reactions':
      return <ReactionMenu view={view} message={overlay.message} anchor={overlay.anchor} />;
    case 'delete-message':
      return <DeleteMessage view={view} message={overlay.message} anchor={overlay.anchor} />;
    case 'report':
      return <Report view={view} message={overlay.message} />;
    case 'person':
      return <PersonMenu view={view} person={overlay.person} anchor={overlay.anchor} />;
    case 'ban':
      return <Ban view={view} person={overlay.person} />;
  }
}
