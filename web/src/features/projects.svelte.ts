import { call } from '../api/client';
import type { Colour, Project } from '../api/types';
import { say } from '../words/words.svelte';
import { history } from './history.svelte';
import { tell } from './tabs';
import { undo } from './undo.svelte';

type Change = { name: string; instructions: string; colour: Colour };

/** A person's projects, by name. */
class Projects {
  list = $state<Project[]>([]);
  loaded = $state(false);

  async load(): Promise<void> {
    this.list = (await call<{ projects: Project[] }>('GET', '/api/projects')).projects;
    this.loaded = true;
  }

  /** The project `id`, undefined when there is none (any more). */
  of(id: string | null | undefined): Project | undefined {
    return id ? this.list.find((each) => each.id === id) : undefined;
  }

  async make(id: string, change: Change): Promise<void> {
    await call('POST', '/api/projects', { id, ...change });
    await this.#changed();
  }

  async change(id: string, change: Partial<Change>): Promise<void> {
    await call('PATCH', `/api/projects/${id}`, change);
    await this.#changed();
  }

  /** Delete `project`; its conversations stay, or go `along` with it. */
  async delete(project: Project, along: boolean): Promise<void> {
    const fate = along ? 'delete' : 'keep';
    await call('DELETE', `/api/projects/${project.id}?conversations=${fate}`);
    await this.#changed();
    undo.offer(say(along ? 'projectDeletedAlong' : 'projectDeleted'), async () => {
      await call('POST', `/api/projects/${project.id}/restore`);
      await this.#changed();
    });
  }

  async #changed(): Promise<void> {
    await Promise.all([this.load(), history.load()]);
    tell('');
  }
}

export const projects = new Projects();
