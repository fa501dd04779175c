/**
 * Whether "Choose a folder" leads anywhere. Phones and tablets know the attribute, but their pickers show single files or
 * nothing; an iPad calls itself a Mac and gives itself away by its touch points.
 */
export function canPickFolders(): boolean {
  const agent = navigator.userAgent;
  const handheld = /Android|iPhone|iPad|iPod/.test(agent) || (agent.includes('Macintosh') && navigator.maxTouchPoints > 1);
  return !handheld && 'webkitdirectory' in HTMLInputElement.prototype;
}
