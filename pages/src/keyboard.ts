/** Keeps the page above a phone's keyboard, where the browser lays that over it instead of making the window smaller. */
export function followKeyboard(): void {
  const seen = window.visualViewport;
  if (!seen) return;
  const follow = () => {
    const isCovered = innerHeight - seen.height > 1 && seen.scale === 1;
    const { style } = document.documentElement;
    if (isCovered) style.setProperty('--height', `${seen.height}px`);
    else style.removeProperty('--height');
    if (isCovered) scrollTo(0, 0);
  };
  seen.addEventListener('resize', follow);
}
