import { Component } from 'react';
import type { ReactNode } from 'react';
import { t } from '../strings';

/** A fault of the page's own is said, not shown as an empty window. */
export class FaultBoundary extends Component<{ children: ReactNode }, { fault: string | null }> {
  override state = { fault: null as string | null };

  static getDerivedStateFromError(error: unknown): { fault: string } {
    return { fault: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <div className="fault" role="alert">
        <h2>{t.window.pageFailed}</h2>
        <p>{fault}</p>
        <p>{t.window.pageFailedWhat}</p>
        <button type="button" onClick={() => window.location.reload()}>
          {t.window.reload}
        </button>
      </div>
    );
  }
}
