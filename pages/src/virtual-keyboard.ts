/** Keeps the page above a phone's keyboard, where the browser lays that over it instead of making the window smaller. */
export function fitToVirtualKeyboard(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const updateHeight = () => {
    const isCovered = innerHeight - viewport.height > 1 && viewport.scale === 1;
    const { style } = document.documentElement;
    if (isCovered) style.setProperty('--height', `${viewport.height}px`);
    else style.removeProperty('--height');
    if (isCovered) scrollTo(0, 0);
  };
  viewport.addEventListener('resize', updateHeight);
}
