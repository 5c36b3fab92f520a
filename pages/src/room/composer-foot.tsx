/** Below the field: which key sends, one's name, that the draft is kept, and what room is left. */
import { Icon } from '../icon.tsx';
import type { SendKey } from './kept.ts';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';
import type { Writing } from './writing.ts';

export function ComposerFoot({ session, writing }: { session: RoomSession; writing: Writing }) {
  const { changeName, charactersLeft, charactersOver, draftKept, sendKey, sendByEnter, sendByCtrlEnter } = words.value;
  const left = writing.left.value;
  const isNear = writing.isNearLimit.value;
  const hasName = session.name.value !== undefined && !writing.isNaming.value;
  const isDraft = writing.isKept.value && !writing.editing.value;
  return (
    <div class={isNear ? 'composer-foot is-urgent' : 'composer-foot'}>
      <span class="select">
        <select
          aria-label={sendKey}
          value={writing.sendKey.value}
          onChange={(event) => writing.choose(event.currentTarget.value as SendKey)}
        >
          <option value="enter">{sendByEnter}</option>
          <option value="ctrl">{sendByCtrlEnter}</option>
        </select>
        <Icon name="open" small />
      </span>
      {hasName && (
        <button type="button" class="button is-quiet is-small" onClick={() => writing.startNaming()}>
          {changeName}
        </button>
      )}
      {isDraft && !isNear && (
        <span class="draft">
          <Icon name="check" small />
          {draftKept}
        </span>
      )}
      <output id="counter" class={left < 0 ? 'counter is-over' : 'counter'}>
        {isNear && (left < 0 ? charactersOver(-left) : charactersLeft(left))}
      </output>
    </div>
  );
}
