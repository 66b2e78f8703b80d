export interface FieldError {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

/** The forge will not do what it was asked: becomes an answer with this status and GitHub's error body. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[];

  constructor(status: number, message: string, errors: readonly (FieldError | string)[] = []) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

/** A field of the request is missing or wrong (422). */
export function invalidField(resource: string, field: string, code: 'missing_field' | 'invalid'): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, field, code }]);
}

/** The request is well formed and cannot be granted (422), with the reason in words. */
export function invalidRequest(resource: string, message: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, code: 'custom', message }]);
}
