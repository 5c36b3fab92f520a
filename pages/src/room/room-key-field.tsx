/** Makes a room private or public, and sets its key. A key is generated for a room that had none. */
import type { Signal } from '@preact/signals';
import { limits } from '../../../client/index.ts';
import { Checkbox } from '../checkbox.tsx';
import { CopyButton } from '../copy-button.tsx';
import { newJoinKey } from '../random-secrets.ts';
import { words } from './dialog-words.ts';
import { TextField } from './text-field.tsx';

interface RoomKeyFieldProps {
  isPrivate: Signal<boolean>;
  /** Whether the room is private now. A blank field then keeps its key. */
  wasPrivate: boolean;
  joinKey: Signal<string>;
  isInvalid: boolean;
}

export function RoomKeyField({ isPrivate, wasPrivate, joinKey, isInvalid }: RoomKeyFieldProps) {
  const { privateRoom, joinKeyLabel, keyUnchangedHint, keyShownOnceHint, keyTooShort, keyChangeWarning, copy, copied } =
    words.value;
  const hint = wasPrivate ? keyUnchangedHint : keyShownOnceHint;
  return (
    <>
      <Checkbox
        label={privateRoom}
        checked={isPrivate.value}
        onChange={(checked) => {
          isPrivate.value = checked;
          if (checked && !wasPrivate) joinKey.value = newJoinKey();
        }}
      />
      {isPrivate.value && (
        <>
          <TextField
            id="room-key"
            label={joinKeyLabel}
            hint={isInvalid ? keyTooShort(limits.joinKey.lengthMin) : hint}
            text={joinKey}
            maxLength={limits.joinKey.length}
            isInvalid={isInvalid}
          >
            {joinKey.value && <CopyButton text={joinKey.value} label={copy} doneLabel={copied} icon="copy" />}
          </TextField>
          <p class="hint">{keyChangeWarning}</p>
        </>
      )}
    </>
  );
}
