import { declareWindowRuns } from './window-runs.ts';

declareWindowRuns('large');
