/** For a part of the page that scrolls on its own: some browsers let the keyboard reach it only when it can be focused. */
export function scrolling(labelledBy: string): { tabIndex: number; role: 'group'; 'aria-labelledby': string } {
  return { tabIndex: 0, role: 'group', 'aria-labelledby': labelledBy };
}
