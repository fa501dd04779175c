import { createApp } from 'vue';
import '../components/base.css';
import { LANGUAGE, openLanguage } from '../i18n/use-language.ts';
import { createWindowWords, WINDOW_WORDS } from '../i18n/use-window-words.ts';
import { findDesktop } from './find-desktop.ts';
import WindowRoot from './WindowRoot.vue';

void openLanguage(navigator.languages).then((language) => {
  document.documentElement.lang = language.t.language;
  createApp(WindowRoot, { desktop: findDesktop() }).provide(LANGUAGE, language).provide(WINDOW_WORDS, createWindowWords(language)).mount('#app');
});
