import Uppy from '@uppy/core';
import Tus from '@uppy/tus';

/** Uppy with its tus plugin as its documentation sets it up; bundled for the browser. */
const input = globalThis.document.querySelector('input');
const uppy = new Uppy().use(Tus, { endpoint: '/files/' });

input.addEventListener('change', () => {
  uppy.addFiles(Array.from(input.files, (file) => ({ name: file.name, type: file.type, data: file })));
  globalThis.document.body.dataset.ready = 'true';
});

globalThis.sendAll = async () => {
  const { successful, failed } = await uppy.upload();
  if (failed.length > 0) throw new Error(`Uppy failed with ${failed.length} files`);
  return successful.length;
};
