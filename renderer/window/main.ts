import { createApp } from 'vue';
import '../components/base.css';
import { createLanguage, LANGUAGE } from '../i18n/use-language.ts';
import { createWindowWords, WINDOW_WORDS } from '../i18n/use-window-words.ts';
import { findDesktop } from './find-desktop.ts';
import WindowRoot from './WindowRoot.vue';

const language = createLanguage(navigator.languages);
document.documentElement.lang = language.t.language;
createApp(WindowRoot, { desktop: findDesktop() }).provide(LANGUAGE, language).provide(WINDOW_WORDS, createWindowWords(language)).mount('#app');
