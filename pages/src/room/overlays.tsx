/** What is open over the room; one thing at a time. */
import { lazily } from '../lazily.tsx';
import { MessageMenu, StampMenu } from './message-menu.tsx';
import { PeopleSheet } from './people.tsx';
import { PersonMenu } from './person-menu.tsx';
import { RoomMenu } from './room-menu.tsx';
import type { Overlay, RoomView } from './view.ts';

const Share = lazily(async () => (await import('./share.tsx')).Share);
const Search = lazily(async () => (await import('./search.tsx')).Search);
const Details = lazily(async () => (await import('./details.tsx')).Details);
const Records = lazily(async () => (await import('./records.tsx')).Records);
const EnterAsAdmin = lazily(async () => (await import('./questions.tsx')).EnterAsAdmin);
const DeleteRoom = lazily(async () => (await import('./questions.tsx')).DeleteRoom);
const DeleteMessage = lazily(async () => (await import('./questions.tsx')).DeleteMessage);
const Report = lazily(async () => (await import('./questions.tsx')).Report);
const Ban = lazily(async () => (await import('./questions.tsx')).Ban);

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
      return <DeleteMessage view={view} message={overlay.message} />;
    case 'report':
      return <Report view={view} message={overlay.message} />;
    case 'person':
      return <PersonMenu view={view} person={overlay.person} at={overlay.at} />;
    case 'ban':
      return <Ban view={view} person={overlay.person} />;
  }
}
