import type { Answer, Question } from '../../server/contracts/devices.ts';
import type { TestClient } from './client.ts';
import { readJson, type HttpAnswer } from './http-answer.ts';

/** What the owner is asked now. */
export async function openQuestions(owner: TestClient): Promise<readonly Question[]> {
  const { questions } = readJson(await owner.request('GET', '/api/devices'));
  if (!Array.isArray(questions)) throw new Error('Not a list of questions');
  return questions as readonly Question[];
}

/** @param place of the question, the first when left out */
export async function answerQuestion(owner: TestClient, answer: Answer, place = 0): Promise<HttpAnswer> {
  const { id } = (await openQuestions(owner))[place] ?? { id: 'none' };
  return owner.request('POST', `/api/questions/${id}`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ answer }) });
}
