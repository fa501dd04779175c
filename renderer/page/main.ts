import { createApp } from 'vue';
import '../components/base.css';
import { LANGUAGE, openLanguage } from '../i18n/use-language.ts';
import { takeCodeFromAddress } from './session/code-in-address.ts';
import PageRoot from './PageRoot.vue';

const code = takeCodeFromAddress();
void openLanguage(navigator.languages).then((language) => {
  document.documentElement.lang = language.t.language;
  createApp(PageRoot, { code }).provide(LANGUAGE, language).mount('#app');
});
