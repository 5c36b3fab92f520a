/** Below the text field: the send key, the name, the draft status and the character counter. */
import { Icon } from '../icon.tsx';
import type { ComposeState } from './compose-state.ts';
import type { RoomController } from './room-controller.ts';
import type { SendKey } from './room-storage.ts';
import { words } from './words.ts';

export function ComposerFooter({
  controller,
  composeState,
}: {
  controller: RoomController;
  composeState: ComposeState;
}) {
  const { changeName, charactersLeft, charactersOver, draftSaved, sendKey, sendByEnter, sendByCtrlEnter } = words.value;
  const left = composeState.charactersRemaining.value;
  const isNear = composeState.isNearLimit.value;
  const hasName = controller.name.value !== undefined && !composeState.isEditingName.value;
  const isDraft = composeState.isDraftSaved.value && !composeState.editing.value;
  return (
    <div class={isNear ? 'composer-footer is-urgent' : 'composer-footer'}>
      <span class="select">
        <select
          aria-label={sendKey}
          value={composeState.sendKey.value}
          onChange={(event) => composeState.setSendKey(event.currentTarget.value as SendKey)}
        >
          <option value="enter">{sendByEnter}</option>
          <option value="ctrl">{sendByCtrlEnter}</option>
        </select>
        <Icon name="open" small />
      </span>
      {hasName && (
        <button type="button" class="button is-quiet is-small" onClick={() => composeState.startNameEdit()}>
          {changeName}
        </button>
      )}
      {isDraft && !isNear && (
        <span class="draft">
          <Icon name="check" small />
          {draftSaved}
        </span>
      )}
      <output id="counter" class={left < 0 ? 'counter is-over' : 'counter'}>
        {isNear && (left < 0 ? charactersOver(-left) : charactersLeft(left))}
      </output>
    </div>
  );
}
