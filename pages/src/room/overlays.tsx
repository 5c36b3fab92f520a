/** What is open over the room; one thing at a time. */
import { lazily } from '../lazily.tsx';
import type { Overlay, RoomView } from './view.ts';

const floating = () => import('./floating.ts');

const Share = lazily(async () => (await import('./share.tsx')).Share);
const Search = lazily(async () => (await import('./search.tsx')).Search);
const Details = lazily(async () => (await floating()).Details);
const Records = lazily(async () => (await floating()).Records);
const EnterAsAdmin = lazily(async () => (await floating()).EnterAsAdmin);
const DeleteRoom = lazily(async () => (await floating()).DeleteRoom);
const DeleteMessage = lazily(async () => (await floating()).DeleteMessage);
const Report = lazily(async () => (await floating()).Report);
const Ban = lazily(async () => (await floating()).Ban);
const RoomMenu = lazily(async () => (await floating()).RoomMenu);
const MessageMenu = lazily(async () => (await floating()).MessageMenu);
const StampMenu = lazily(async () => (await floating()).StampMenu);
const PeopleSheet = lazily(async () => (await floating()).PeopleSheet);
const PersonMenu = lazily(async () => (await floating()).PersonMenu);

export function Overlays({ view }: { view: RoomView }) {
  const overlay = view.overlay.value;
  // What belongs to one thing is not taken for that of the next.
  return overlay ? <Open key={overlay.name} view={view} overlay={overlay} /> : null;
}

function Open({ view, overlay }: { view: RoomView; overlay: Overlay }) {
  switch (overlay.name) {
    case 'people':
      return <PeopleSheet view={view} />;
    case 'share':
      return <Share view={view} />;
    case 'search':
      return <Search view={view} />;
    case 'details':
      return <Details view={view} />;
    case 'records':
      return <Records view={view} />;
    case 'admin':
      return <EnterAsAdmin view={view} />;
    case 'delete-room':
      return <DeleteRoom view={view} />;
    case 'menu':
      return <RoomMenu view={view} at={overlay.at} />;
    case 'message':
      return <MessageMenu view={view} message={overlay.message} at={overlay.at} />;
    case 'stamps':
      return <StampMenu view={view} message={overlay.message} at={overlay.at} />;
    case 'delete-message':
      return <DeleteMessage view={view} message={overlay.message} at={overlay.at} />;
    case 'report':
      return <Report view={view} message={overlay.message} />;
    case 'person':
      return <PersonMenu view={view} person={overlay.person} at={overlay.at} />;
    case 'ban':
      return <Ban view={view} person={overlay.person} />;
  }
}
