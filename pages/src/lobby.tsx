/** The lobby, at `/`. */
import { render } from 'preact';
import { Lobby } from './lobby/lobby.tsx';

const page = document.getElementById('page');
if (page) render(<Lobby />, page);
