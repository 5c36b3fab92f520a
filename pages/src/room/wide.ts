/** Whether the window has room for people beside the log. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const wide = matchMedia('(min-width: 960px)');

export function useIsWide(): boolean {
  const isWide = useSignal(wide.matches);
  useEffect(() => {
    const follow = () => {
      isWide.value = wide.matches;
    };
    wide.addEventListener('change', follow);
    return () => wide.removeEventListener('change', follow);
  }, [isWide]);
  return isWide.value;
}
