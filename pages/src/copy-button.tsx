/** A button that copies a text and shows the result in place of its label. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';
import { words } from './language.ts';

/** Milliseconds for which the result is shown. */
const feedbackMs = 2_500;

interface CopyButtonProps {
  text: string;
  label: string;
  doneLabel: string;
  icon?: IconName;
  class?: string;
}

export function CopyButton({ text, label, doneLabel, icon, class: classes = '' }: CopyButtonProps) {
  const outcome = useSignal<'copied' | 'failed' | undefined>(undefined);

  useEffect(() => {
    if (!outcome.value) return;
    const timer = setTimeout(() => {
      outcome.value = undefined;
    }, feedbackMs);
    return () => clearTimeout(timer);
  }, [outcome.value]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      outcome.value = 'copied';
    } catch {
      outcome.value = 'failed';
    }
  }

  const feedback = outcome.value && (outcome.value === 'copied' ? doneLabel : words.value.copyFailed);
  const shownIcon = outcome.value === 'copied' ? 'check' : icon;
  return (
    <>
      <button type="button" class={`button ${classes} ${outcome.value ? 'is-done' : ''}`} onClick={copy}>
        {shownIcon && <Icon name={shownIcon} small />}
        <span>{feedback ?? label}</span>
      </button>
      <output class="visually-hidden">{feedback}</output>
    </>
  );
}
