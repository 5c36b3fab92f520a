/** Fits the page above a virtual keyboard in browsers that overlay the keyboard instead of resizing the window. */
export function fitToVirtualKeyboard(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const updateHeight = () => {
    const isCovered = innerHeight - viewport.height > 1 && viewport.scale === 1;
    const { style } = document.documentElement;
    if (isCovered) style.setProperty('--viewport-height', `${viewport.height}px`);
    else style.removeProperty('--viewport-height');
    if (isCovered) scrollTo(0, 0);
  };
  viewport.addEventListener('resize', updateHeight);
}
