// What the schema cannot say: page sizes, the @idempotent rule, bulk limits, what a query costs, and
// the leaky bucket it is paid from.
import { TypeInfo, getNamedType, isLeafType, visit, visitWithTypeInfo } from 'graphql';

export const MAX_COST = 1000;
const MAX_PAGE = 250;
const IDEMPOTENT = new Set(`inventoryAdjustQuantities inventorySetQuantities inventorySetOnHandQuantities inventoryMoveQuantities inventoryActivate refundCreate
inventoryShipmentReceive inventoryShipmentCreate inventoryShipmentCreateInTransit inventoryShipmentAddItems inventoryTransferCreate
inventoryTransferCreateAsReadyToShip inventoryTransferDuplicate inventoryTransferSetItems`.split(/\s+/));

const isConnection = (type) => /Connection$/.test(type?.name || '');
const failure = (message, node, code) => ({ message, locations: node?.loc ? [{ line: node.loc.startToken.line, column: node.loc.startToken.column }] : undefined, extensions: { code } });

// The rules a document breaks whatever its variables are.
export function readRules(api, document, bulk) {
	const info = new TypeInfo(api.schema);
	const errors = [];
	let connections = 0;
	let depth = 0;
	visit(document, visitWithTypeInfo(info, {
		Field: {
			enter(node) {
				const type = info.getFieldDef() && getNamedType(info.getFieldDef().type);
				if (info.getParentType() === api.schema.getMutationType() && IDEMPOTENT.has(node.name.value)
					&& !node.directives?.some((directive) => directive.name.value === 'idempotent')) {
					errors.push(failure(`The @idempotent directive is required for this mutation but was not provided: ${node.name.value}`, node, 'BAD_REQUEST'));
				}
				if (!isConnection(type)) return;
				connections++;
				depth++;
				if (bulk && depth > 3) errors.push(failure('Queries cannot contain connections with a nesting depth greater than 2.', node, 'INVALID'));
				if (!bulk && !pageArgument(node)) errors.push(failure(`you must provide one of first or last: ${node.name.value}`, node, 'BAD_REQUEST'));
			},
			leave() {
				const type = info.getFieldDef() && getNamedType(info.getFieldDef().type);
				if (isConnection(type)) depth--;
			},
		},
	}));
	if (bulk && !connections) errors.push(failure('Bulk queries must contain at least one connection.', null, 'INVALID'));
	if (bulk && connections > 5) errors.push(failure('Bulk queries cannot contain more than 5 connections.', null, 'INVALID'));
	return errors;
}

const pageArgument = (node) => node.arguments?.find((argument) => argument.name.value === 'first' || argument.name.value === 'last');

// What the named operation asks for at most, and the page sizes it gets wrong.
export function price(api, document, operation, variables) {
	const info = new TypeInfo(api.schema);
	const errors = [];
	const stack = [1];
	const fragments = document.definitions.filter((definition) => definition.kind === 'FragmentDefinition');
	let cost = operation.operation === 'mutation' ? 10 : 0;
	visit({ kind: 'Document', definitions: [operation, ...fragments] }, visitWithTypeInfo(info, {
		Field: {
			enter(node) {
				const type = info.getFieldDef() && getNamedType(info.getFieldDef().type);
				let size = 1;
				if (isConnection(type)) {
					cost += stack[stack.length - 1];
					const { value } = pageArgument(node) ?? {};
					size = value?.kind === 'Variable' ? variables[value.name.value] ?? 0 : Number(value?.value ?? 1);
					if (size > MAX_PAGE || size < 1) errors.push(failure(`${node.name.value}: the page size must be 1 to ${MAX_PAGE}, not ${size}`, node, 'BAD_REQUEST'));
				} else if (type && !isLeafType(type) && !['edges', 'pageInfo'].includes(node.name.value) && info.getParentType() !== api.schema.getMutationType()) {
					cost += stack[stack.length - 1];
				}
				stack.push(stack[stack.length - 1] * size);
			},
			leave() { stack.pop(); },
		},
	}));
	return { cost, errors };
}

// What the answer really cost: one per object in it.
export function actualCost(data, mutation) {
	const count = (value, key) => {
		if (value === null || typeof value !== 'object') return 0;
		if (Array.isArray(value)) return value.reduce((sum, one) => sum + count(one, key), 0);
		const own = key === 'edges' || key === 'pageInfo' ? 0 : 1;
		return Object.entries(value).reduce((sum, [name, one]) => sum + count(one, name), own);
	};
	return Math.max(0, count(data) - 1) + (mutation ? 10 : 0);
}

// One bucket per shop, refilled with real time. take() answers whether the cost could be paid.
export class Bucket {
	constructor() {
		this.level = null;
		this.at = Date.now();
	}

	take(cost, { max, restore }) {
		const now = Date.now();
		this.level = Math.min(max, (this.level ?? max) + ((now - this.at) / 1000) * restore);
		this.at = now;
		if (cost > this.level) return false;
		this.level -= cost;
		return true;
	}

	giveBack(cost, { max }) {
		this.level = Math.min(max, this.level + Math.max(0, cost));
	}

	status({ max, restore }) {
		return { maximumAvailable: max, currentlyAvailable: Math.floor(this.level ?? max), restoreRate: restore };
	}
}
