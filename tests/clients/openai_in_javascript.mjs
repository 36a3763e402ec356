import { pathToFileURL } from 'node:url';

const [library, baseURL, apiKey] = process.argv.slice(2);
const { default: OpenAI } = await import(pathToFileURL(library));
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const asked = { model: 'small-model', messages: [{ role: 'user', content: 'Bonjour' }] };
const told = {};

told.whole = (await client.chat.completions.create(asked)).choices[0].message.content;

told.streamed = '';
const options = { include_usage: true };
const stream = await client.chat.completions.create({
  ...asked,
  stream: true,
  stream_options: options,
});
for await (const event of stream) {
  told.streamed += event.choices[0]?.delta?.content ?? '';
  told.tokens = event.usage?.completion_tokens ?? told.tokens;
}

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};
const called = await client.chat.completions.create({ ...asked, tools: [weather] });
told.call = called.choices[0].message.tool_calls[0].function;

told.response = (await client.responses.create({ model: 'small-model', input: 'Salut' })).output_text;
told.vectors = (
  await client.embeddings.create({ model: 'multilingual-e5-small', input: ['un', 'deux'] })
).data.map((each) => each.embedding.length);
told.models = (await client.models.list()).data.map((each) => each.id);
try {
  await client.chat.completions.create({ ...asked, model: 'nothing' });
} catch (error) {
  told.refused = [error.constructor.name, error.status, error.code];
}
console.log(JSON.stringify(told));
