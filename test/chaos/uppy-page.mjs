import Uppy from '@uppy/core';
import Tus from '@uppy/tus';

/** Uppy with its tus plugin as its documentation sets it up; bundled for the browser, with the code in the address. */
const { document, location } = globalThis;
const uppy = new Uppy().use(Tus, { endpoint: '/api/tus', headers: { Authorization: `Bearer ${location.hash.slice(1)}` } });
const said = document.querySelector('output');

document.querySelector('input').addEventListener('change', ({ target }) => {
  uppy.addFiles(Array.from(target.files, (file) => ({ name: file.name, type: file.type, data: file })));
  uppy.upload().then(({ successful, failed }) => {
    said.textContent = `${successful.length} sent, ${failed.length} failed${failed.length > 0 ? `: ${failed[0].error}` : ''}`;
  });
});
document.querySelector('#pause').addEventListener('click', () => uppy.pauseAll());
document.querySelector('#resume').addEventListener('click', () => uppy.resumeAll());
