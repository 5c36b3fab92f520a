/** Whether a room takes a key, and which: one is made up where it took none, to be read aloud and copied. */
import type { Signal } from '@preact/signals';
import { limits } from '../../../client/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { readableCharacters } from '../secret.ts';
import { words } from './dialog-words.ts';
import { TextField } from './text-field.tsx';

/** Three groups of characters. */
const newKey = () => [4, 4, 4].map(readableCharacters).join('-');

interface RoomKeyFieldProps {
  isPrivate: Signal<boolean>;
  /** Whether the room takes a key at present, which a blank leaves as it is. */
  wasPrivate: boolean;
  joinKey: Signal<string>;
  isInvalid: boolean;
}

export function RoomKeyField({ isPrivate, wasPrivate, joinKey, isInvalid }: RoomKeyFieldProps) {
  const { privateRoom, roomKey, keyStays, keyIsShownNow, keyTooShort, keyShutsOut, copy, copied } = words.value;
  const note = wasPrivate ? keyStays : keyIsShownNow;
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          checked={isPrivate.value}
          onChange={(event) => {
            isPrivate.value = event.currentTarget.checked;
            if (isPrivate.value && !wasPrivate) joinKey.value = newKey();
          }}
        />
        <span>{privateRoom}</span>
      </label>
      {isPrivate.value && (
        <>
          <TextField
            id="room-key"
            label={roomKey}
            note={isInvalid ? keyTooShort(limits.joinKeyLengthMin) : note}
            text={joinKey}
            most={limits.joinKeyLength}
            isInvalid={isInvalid}
          >
            {joinKey.value && <CopyButton text={joinKey.value} label={copy} done={copied} icon="copy" />}
          </TextField>
          <p class="hint">{keyShutsOut}</p>
        </>
      )}
    </>
  );
}
