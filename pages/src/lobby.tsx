/** The lobby, at `/`. */
import { render } from 'preact';
import { speakOn } from './language.ts';
import { Lobby } from './lobby/lobby.tsx';

const page = document.getElementById('page');
speakOn(document.documentElement);
if (page) render(<Lobby />, page);
