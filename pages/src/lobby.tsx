/** The lobby, at `/`. */
import { render } from 'preact';
import { Lobby } from './lobby/lobby.tsx';
import { dressPage } from './page.ts';

const page = document.getElementById('page');
dressPage();
if (page) render(<Lobby />, page);
