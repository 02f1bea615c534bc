"""Plan as code: YAML text in; a valid plan, or every complaint with its place, out."""
