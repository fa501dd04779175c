import { createApp } from 'vue';
import '../components/base.css';
import { createLanguage, LANGUAGE } from '../i18n/use-language.ts';
import { takeCodeFromAddress } from './code-in-address.ts';
import PageRoot from './PageRoot.vue';

const language = createLanguage(navigator.languages);
document.documentElement.lang = language.t.language;
createApp(PageRoot, { code: takeCodeFromAddress() }).provide(LANGUAGE, language).mount('#app');
