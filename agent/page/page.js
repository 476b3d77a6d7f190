// What the page does in the browser, beside Gradio.
window.audienceAnalyst = {
  // Tells the server which button inside our own HTML was pressed; what opens anew takes the focus.
  listen(element, trigger, watch) {
    element.addEventListener('click', (event) => {
      const button = event.target.closest('button[data-act]');
      if (button) trigger('click', {act: button.dataset.act, place: Number(button.dataset.place), value: button.dataset.value});
    });
    element.addEventListener('change', (event) => {
      const list = event.target.closest('select[data-act]');
      if (list) trigger('click', {act: list.dataset.act, place: Number(list.value), value: list.value});
    });
    watch('value', () => {
      const goal = element.querySelector('[data-focus]');
      if (goal) goal.focus();
      element.querySelectorAll('option[selected]').forEach((option) => { option.parentElement.value = option.value; });
    });
  },

  // A person named in the chat is opened beside it, where that list of people is on show.
  openPerson(event) {
    const said = event.target.closest('#conversation .answer .numbereds .head bdi.person');
    if (!said || (event.type === 'keydown' && event.key !== 'Enter')) return;
    const named = (button) => button.getAttribute('aria-label').includes(` ${said.textContent}: `);
    const button = [...document.querySelectorAll('#result button[data-act=person]')].find(named);
    if (!button) return;
    document.querySelector('#see [role=tab]').click();  // the people are on the first tab
    button.click();
    audienceAnalyst.toPanel();
  },

  // Saves a file that the page has made; nothing is written on the server.
  save(file) {
    if (!file || !file.name) return;
    const bytes = Uint8Array.from(atob(file.data), (sign) => sign.charCodeAt(0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], {type: file.type}));
    link.download = file.name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },

  // Reading begins at the question that was just answered.
  toQuestion() {
    const box = document.querySelector('#conversation [role=log]');
    setTimeout(() => {
      const asked = box ? box.querySelectorAll('.message-row.user-row, [data-testid=user]') : [];
      if (!asked.length) return;
      box.scrollTop += asked[asked.length - 1].getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
    }, 400);
  },

  // On a narrow page the right side is far down.
  toPanel() {
    setTimeout(() => document.querySelector('#see').scrollIntoView({block: 'nearest', behavior: 'smooth'}), 100);
  },

  // Names for what Gradio leaves nameless, and one listener for the whole page.
  prepare() {
    document.documentElement.lang = 'en';
    const name = (where, label) => document.querySelectorAll(where).forEach((e) => e.setAttribute('aria-label', label));
    name('#question textarea', 'Your question');
    name('.sidebar .toggle-button', 'Conversations');
    // The head of a tool step is a button; the arrow inside it is none of its own.
    const still = () => document.querySelectorAll('.thought-group [role=button] button').forEach((e) => {
      if (!e.disabled) { e.disabled = true; e.style.pointerEvents = 'none'; e.setAttribute('aria-hidden', 'true'); }
    });
    document.addEventListener('keydown', (event) => {  // Esc closes the list of conversations
      if (event.key === 'Escape') document.querySelector('.sidebar.open .toggle-button')?.click();
    });
    ['click', 'keydown'].forEach((kind) => document.addEventListener(kind, audienceAnalyst.openPerson));
    new MutationObserver(still).observe(document.querySelector('#conversation'), {childList: true, subtree: true});
  },
};
