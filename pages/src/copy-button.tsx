/** A button that copies a text and answers in place. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';
import { words } from './language.ts';

/** Milliseconds until the button is itself again. */
const answerMs = 2_500;

interface CopyButtonProps {
  text: string;
  label: string;
  done: string;
  icon?: IconName;
  class?: string;
}

export function CopyButton({ text, label, done, icon, class: classes = '' }: CopyButtonProps) {
  const outcome = useSignal<'copied' | 'refused' | undefined>(undefined);

  useEffect(() => {
    if (!outcome.value) return;
    const timer = setTimeout(() => {
      outcome.value = undefined;
    }, answerMs);
    return () => clearTimeout(timer);
  }, [outcome.value]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      outcome.value = 'copied';
    } catch {
      outcome.value = 'refused';
    }
  }

  const answer = outcome.value && (outcome.value === 'copied' ? done : words.value.notCopied);
  const shown = outcome.value === 'copied' ? 'check' : icon;
  return (
    <>
      <button type="button" class={`button ${classes} ${outcome.value ? 'is-done' : ''}`} onClick={copy}>
        {shown && <Icon name={shown} small />}
        <span>{answer ?? label}</span>
      </button>
      <output class="unseen">{answer}</output>
    </>
  );
}
