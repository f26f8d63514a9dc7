/* What is nicer with a script, and can be read without: sorting, filtering, and unfolding for the
 * printer. */
'use strict';
(() => {
	const value = (row, column) => {
		const cell = row.cells[column];
		const text = cell.dataset.v ?? cell.textContent.trim();
		return cell.classList.contains('n') ? Number(text) : text;
	};

	/* What is not known comes last, whichever way. */
	const compare = (a, b, down) => {
		if (typeof a === 'string')
			return down ? b.localeCompare(a) : a.localeCompare(b);
		if (Number.isNaN(a) || Number.isNaN(b))
			return Number.isNaN(a) - Number.isNaN(b);
		return down ? b - a : a - b;
	};

	const sortable = (table) => {
		const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells ];
		const body = table.tBodies[0];
		heads.forEach((head, column) => {
			const button = document.createElement('button');
			button.type = 'button';
			button.append(...head.childNodes);
			head.append(button);
			button.addEventListener('click', () => {
				const now = head.getAttribute('aria-sort');
				const down =
				    now ? now === 'ascending' : head.classList.contains('n');
				for (const other of heads)
					other.removeAttribute('aria-sort');
				head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
				const rows = [...body.rows ].map(
				    (row) => ({ row, key : value(row, column) }));
				rows.sort((a, b) => compare(a.key, b.key, down));
				body.append(...rows.map(({ row }) => row));
			});
		});
	};

	const filterable = (table, tools) => {
		const label = document.createElement('label');
		const input = document.createElement('input');
		const output = document.createElement('output');
		input.type = 'search';
		input.id = `${table.id}-filter`;
		label.htmlFor = input.id;
		label.textContent = 'Filter';
		input.placeholder = 'network, country or site';
		input.addEventListener('input', () => {
			const words = input.value.toLowerCase().split(/\s+/);
			let shown = 0;
			for (const row of table.tBodies[0].rows) {
				const text = row.textContent.toLowerCase();
				row.hidden = !words.every((word) => text.includes(word));
				shown += row.hidden ? 0 : 1;
			}
			output.textContent =
			    input.value.trim() ? `${shown} of ${table.tBodies[0].rows.length} rows`
					       : '';
		});
		tools.append(label, input, output);
	};

	for (const table of document.querySelectorAll('table.rows')) {
		sortable(table);
		filterable(table, document.getElementById(`${table.id}-tools`));
	}

	let folded = [];
	addEventListener('beforeprint', () => {
		folded = [...document.querySelectorAll('details:not([open])') ];
		for (const details of folded)
			details.open = true;
	});
	addEventListener('afterprint', () => {
		for (const details of folded)
			details.open = false;
	});
})();
