/** The lobby, at `/`. */
import { render } from 'preact';
import { Lobby } from './lobby/lobby.tsx';
import { initPage } from './page.ts';

const page = document.getElementById('page');
initPage();
if (page) render(<Lobby />, page);
