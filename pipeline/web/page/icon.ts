/** A tap on a line. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#12171f"/>
<path d="M5 12h22" stroke="#7c8aa0" stroke-width="3" stroke-linecap="round"/>
<path d="M16 12v8" stroke="#5eead4" stroke-width="3" stroke-linecap="round"/>
<circle cx="16" cy="23.5" r="3.5" fill="#5eead4"/>
</svg>`;
