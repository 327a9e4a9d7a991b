'use strict';
// Everything that is shown goes in as text, never as markup: names are the projects', consoles are the guests'.
const $ = id => document.getElementById(id);
const rows = { projects: new Map(), sandboxes: new Map() };
const templates = { projects: 'project-template', sandboxes: 'sandbox-template' };
let busy = false;

async function load() {
  try {
    const reply = await fetch('state.json', { cache: 'no-store' });
    if (!reply.ok) throw new Error('The page is not served any more.');
    show(await reply.json());
  } catch {
    trouble('vmsandbox boinc page does not answer any more; start it again and open the address that it prints.');
  } finally {
    setTimeout(load, 1000);
  }
}

function trouble(text) {
  $('trouble').textContent = text ?? '';
  $('trouble').hidden = !text;
}

function show(state) {
  trouble(state.trouble);
  list('projects', state.projects, project => project.folder, (row, project) => showProject(row, project, state.canSwitch));
  list('sandboxes', state.sandboxes, sandbox => `${sandbox.slot} ${sandbox.result}`, showSandbox);
  $('no-projects').hidden = state.projects.length > 0 || !!state.trouble;
  $('no-sandboxes').hidden = state.sandboxes.length > 0;
}

// Rows are kept from one second to the next, so that nothing under a pointer or a focus goes away.
function list(name, items, keyOf, fill) {
  const kept = new Set();
  for (const item of items) {
    const key = keyOf(item);
    kept.add(key);
    if (!rows[name].has(key)) {
      const row = $(templates[name]).content.firstElementChild.cloneNode(true);
      rows[name].set(key, row);
      $(name).append(row);
    }
    fill(rows[name].get(key), item);
  }
  for (const [key, row] of rows[name]) {
    if (!kept.has(key)) {
      row.remove();
      rows[name].delete(key);
    }
  }
}

function put(row, selector, text) {
  const element = row.querySelector(selector);
  if (element.textContent !== text) element.textContent = text;
  return element;
}

function showProject(row, project, canSwitch) {
  row.dataset.folder = project.folder;
  row.dataset.state = project.state;
  put(row, '.name', project.name);
  put(row, '.address', project.masterUrl);
  put(row, '.standing', standing(project));
  const box = row.querySelector('.switch');
  if (!busy) box.checked = project.state === 'Sandboxed' || project.state === 'Refreshing';
  box.disabled = !canSwitch || busy || project.state === 'Foreign';
  box.onchange = () => change(project, box);
  const refresh = row.querySelector('.refresh');
  refresh.hidden = !canSwitch || !(project.state === 'Sandboxed' || project.state === 'Refreshing');
  refresh.disabled = busy;
  refresh.onclick = () => act(() => post('refresh', { project: project.folder }));
  const lines = project.applications.map(application => [
    `${application.name}: ${application.isSandboxed ? 'in a sandbox' : application.refusal ? `not possible: ${application.refusal}` : 'possible'}`,
    application.refusal ? 'refused' : '']).concat(project.changed.map(file => [`changed since it was enabled: ${file}`, 'changed']));
  fillLines(row.querySelector('.applications'), lines);
}

function fillLines(element, lines) {
  const text = JSON.stringify(lines);
  if (element.dataset.lines === text) return;
  element.dataset.lines = text;
  element.replaceChildren(...lines.map(([line, kind]) => {
    const item = document.createElement('li');
    item.textContent = line;
    item.className = kind;
    return item;
  }));
}

function standing(project) {
  const tasks = project.tasks === 1 ? '1 task' : `${project.tasks} tasks`;
  switch (project.state) {
    case 'Sandboxed': return `In sandboxes, about ${project.factor} times slower than this computer itself; ${tasks}.`;
    case 'Interrupted': return `A switch was interrupted: check or uncheck it again; ${tasks}.`;
    case 'Refreshing': return `New versions are being fetched: press the button until it is done; ${tasks}.`;
    case 'Foreign': return `It has an app_info.xml that somebody else wrote; ${tasks}.`;
    default: return `Its applications run as programs of this computer; ${tasks}.`;
  }
}

function showSandbox(row, sandbox) {
  const stale = sandbox.ageSeconds > 30;
  row.classList.toggle('stale', stale);
  put(row, '.result', sandbox.result || '(no name)');
  put(row, '.where', `${sandbox.project}, slot ${sandbox.slot}, machine ${sandbox.machine}`);
  row.querySelector('progress').value = sandbox.fractionDone;
  put(row, '.percent', `${(sandbox.fractionDone * 100).toFixed(2)} %`);
  put(row, '.state', stale ? `${sandbox.state}, as of ${span(sandbox.ageSeconds)} ago` : sandbox.state);
  put(row, '.cpu', span(sandbox.cpuSeconds));
  put(row, '.elapsed', span(sandbox.elapsedSeconds));
  put(row, '.checkpoint', sandbox.lastCheckpoint ? new Date(sandbox.lastCheckpoint).toLocaleString() : 'none yet');
  put(row, '.memory', `${Math.round(sandbox.memoryBytes / 1048576)} MiB`);
  put(row, '.accelerator', sandbox.accelerator.toLowerCase() === 'tcg' ? 'emulation (tcg)' : sandbox.accelerator);
  put(row, '.console', sandbox.console.join('\n'));
}

function span(seconds) {
  const whole = Math.floor(seconds), two = number => String(number).padStart(2, '0');
  return whole < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

async function post(name, body) {
  const reply = await fetch(name, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-VmSandbox': '1' }, body: JSON.stringify(body) });
  const result = await reply.json();
  if (!reply.ok) throw new Error([result.error, result.advice].filter(Boolean).join(' '));
  return result;
}

async function act(work) {
  busy = true;
  tell(['Working; the first time this takes a while.']);
  try {
    const outcome = await work();
    tell(outcome?.sentences ?? []);
  } catch (error) {
    tell([error.message], true);
  } finally {
    busy = false;
  }
}

function tell(sentences, bad = false) {
  $('outcome').replaceChildren(...sentences.map(sentence => {
    const line = document.createElement('p');
    line.textContent = sentence;
    line.className = bad ? 'refused' : '';
    return line;
  }));
  $('outcome').hidden = sentences.length === 0;
}

// The box shows how it is, not how it is wished to be, until the yes.
function change(project, box) {
  const wanted = box.checked;
  box.checked = !wanted;
  return act(async () => {
    if (wanted) {
      const preview = await post('preview', { project: project.folder });
      tell([]);
      const answer = await ask(`Run ${project.name} in sandboxes?`, preview.sentences, `Yes, about ${preview.factor} times slower`, preview.sentences.some(sentence => sentence.includes('must end first')));
      return answer ? await post('enable', { preview: preview.preview, discardWork: answer.discard }) : null;
    }
    tell([]);
    const answer = await ask(`Take ${project.name} out of sandboxes?`, ['Its applications then run as programs of this computer again.', 'Everything of vmsandbox is removed from its folder.'], 'Yes', project.tasks > 0);
    return answer ? await post('disable', { project: project.folder, discardWork: answer.discard }) : null;
  });
}

function ask(title, sentences, yes, canDiscard) {
  $('question-title').textContent = title;
  fillLines($('question-text'), sentences.map(sentence => [sentence, '']));
  $('yes').textContent = yes;
  $('discard').checked = false;
  $('discard-line').hidden = !canDiscard;
  return new Promise(resolve => {
    const end = answer => { $('question').close(); resolve(answer); };
    $('yes').onclick = () => end({ discard: $('discard').checked });
    $('no').onclick = () => end(null);
    $('question').oncancel = () => resolve(null);
    $('question').showModal();
  });
}

load();
