import { declareWindowRuns } from './window-runs.ts';

declareWindowRuns('small');
