import { mount } from 'svelte';
import App from './routes/App.svelte';
import './style/tokens.css';
import './style/fonts.css';
import './style/page.css';
import './style/prose.css';

mount(App, { target: document.getElementById('app')! });
